/** The wire format of `POST /v1/goodbye`: JSON, not compressed, signed like a check-in. */
import * as z from 'zod';

export const maxGoodbyeBytes = 1024;

export const goodbye = z.object({ protocol: z.int().nonnegative() });
export type Goodbye = z.infer<typeof goodbye>;

export type GoodbyeAnswer = { readonly removed: true };
