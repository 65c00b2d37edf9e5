/** From the allow-lists' data to questions about a text. */
import type { Shape } from './allowed';

/** True: it is not empty, not too long, and made of the allowed characters alone. */
export type Fits = (text: string) => boolean;

/** No pattern that could look back: each character is asked once. */
export function fits({ characters, max }: Shape): Fits {
  const pattern = new RegExp(`^[${characters}]+$`);
  return (text) => text.length <= max && pattern.test(text);
}

export function fitsEach<K extends string>(shapes: Readonly<Record<K, Shape>>): ReadonlyMap<string, Fits> {
  return new Map(Object.entries<Shape>(shapes).map(([key, shape]) => [key, fits(shape)]));
}
