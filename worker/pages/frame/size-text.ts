/** Sizes and rates with their units. */

/** From MiB. */
export function sizeText(mebibytes: number): string {
  if (mebibytes < 1024) return `${Math.round(mebibytes)} MiB`;
  return mebibytes < 1_048_576 ? `${(mebibytes / 1024).toFixed(1)} GiB` : `${(mebibytes / 1_048_576).toFixed(1)} TiB`;
}

/** From bytes per second. */
export function rateText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B/s`;
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KiB/s` : `${(bytes / 1_048_576).toFixed(1)} MiB/s`;
}
