import { createServer, type AddressInfo } from 'node:net';

const ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
);

/** Answers each packet at once, whatever it says: with this server, the load generator is what is measured. */
const server = createServer(socket => {
  socket.setNoDelay(true);
  socket.on('data', () => socket.write(ANSWER));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
