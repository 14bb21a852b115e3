import { randomInt } from 'node:crypto';

const ADJECTIVES =
  'amber ample ancient arctic autumn brave bright brisk bronze calm candid cedar clear clever coastal copper ' +
  'coral cosmic crimson crisp daring dawn deep dusky eager early easy ember fair famous fancy fleet floral frosty ' +
  'gentle gilded glad golden grand green happy hardy hazel honest humble ivory jade jolly keen kind lilac lively ' +
  'loud lucid lucky lunar mellow merry mighty misty modest mossy neat nimble noble olive open patient plucky polar ' +
  'polite prime proud quick quiet rapid rare rustic sandy scarlet serene sharp silent silver sleek smooth snowy ' +
  'solar solid steady stellar sturdy sunny swift tidy tranquil velvet vivid warm wild winter witty young zesty';

const NOUNS =
  'acorn anchor aspen badger bay beacon beetle birch bison bloom breeze bridge brook canyon castle cliff cloud ' +
  'comet coral cove crane creek crow dale delta dove dune eagle elm falcon fern field finch fjord flint forest fox ' +
  'garden glade glen goose grove gull harbor hare hawk heron hill ibis inlet island ivy jay kite lagoon lake lark ' +
  'leaf lily lynx maple marsh meadow mesa moon moose moss newt oak orbit orchid osprey otter owl panda peak pearl ' +
  'pebble pine planet plover pond poppy puffin quail raven reef ridge river robin salmon seal shore spruce star ' +
  'stone storm summit swan thistle tiger trail trout tulip valley violet walrus wave willow wolf wren yak';

const MAX_LENGTH = 20;

/**
 * A name for a run that has none: `adjective-noun-number`, such as `quiet-otter-417`, of at most 20 characters, as
 * MLflow's are. Not unique: runs are told apart by their id.
 */
export function generateRunName(random: (exclusiveMax: number) => number = randomInt): string {
  const adjective = pick(ADJECTIVES.split(' '), random);
  const number = String(random(1000));
  const room = MAX_LENGTH - adjective.length - number.length - 2;
  const nouns = NOUNS.split(' ').filter(noun => noun.length <= room);
  return `${adjective}-${pick(nouns, random)}-${number}`;
}

function pick(words: readonly string[], random: (exclusiveMax: number) => number): string {
  return words[random(words.length)] ?? '';
}
