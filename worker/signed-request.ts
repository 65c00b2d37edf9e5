/** A request as the signed endpoints see it: read once, its size already bounded by the route. */
export type SignedRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Client address as far as known; for audit and limits only. */
  readonly source: string;
  /** Origin of this installation, for links in answers. */
  readonly origin: string;
};
