import { version } from '../../package.json';

/** This product's version. */
export const VERSION: string = version;
