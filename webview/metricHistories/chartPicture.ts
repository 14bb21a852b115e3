import type { RunLook } from '../../src/protocol/runColours';
import type { Theme } from '../shared/theme';

/** A chart with its title and its legend on the theme's background, as PNG bytes. */
export async function chartPicture(
  lines: HTMLCanvasElement,
  title: string,
  runs: readonly { readonly name: string; readonly look: RunLook }[],
  theme: Theme,
): Promise<Uint8Array<ArrayBuffer>> {
  const scale = lines.width / lines.clientWidth;
  const rowHeight = 18;
  const canvas = document.createElement('canvas');
  const head = 28;
  const columns = Math.max(1, Math.floor(lines.clientWidth / 180));
  const rows = Math.ceil(runs.length / columns);
  canvas.width = lines.width;
  canvas.height = Math.round((lines.clientHeight + head + rows * rowHeight + 8) * scale);
  const ctx = canvas.getContext('2d');
  if (!ctx) {
    throw new Error('This window cannot make pictures.');
  }
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(lines, 0, head * scale);
  ctx.scale(scale, scale);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = theme.foreground;
  ctx.font = `600 13px ${theme.fontFamily}`;
  ctx.fillText(title, 10, head / 2 + 2);
  ctx.font = `12px ${theme.fontFamily}`;
  runs.forEach(({ name, look }, index) => {
    const x = 10 + (index % columns) * (lines.clientWidth / columns);
    const y = head + lines.clientHeight + rowHeight * (Math.floor(index / columns) + 0.5);
    ctx.strokeStyle = look.color;
    ctx.lineWidth = 2;
    ctx.setLineDash([...look.dash]);
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 18, y);
    ctx.stroke();
    ctx.fillStyle = theme.foreground;
    ctx.fillText(name, x + 24, y, lines.clientWidth / columns - 30);
  });
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  if (!blob) {
    throw new Error('The picture could not be made.');
  }
  return new Uint8Array(await blob.arrayBuffer());
}
