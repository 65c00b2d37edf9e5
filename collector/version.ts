/** Put in by the build, from package.json. */
declare const SEXTON_VERSION: string | undefined;

export const version: string = typeof SEXTON_VERSION === 'string' ? SEXTON_VERSION : '0.0.0-dev';
