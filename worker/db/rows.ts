/** Reading what D1 answers. The row's shape is stated beside the SQL that selects it. */

/** Rows of one result of a batch; none when the batch was shorter. */
export function rowsOf<Row>(result: D1Result<unknown> | undefined): readonly Row[] {
  return (result?.results ?? []) as Row[];
}

/** Did the statement change at least one row? Decided by RETURNING, which D1 answers the same everywhere. */
export const didReturn = (result: D1Result<unknown> | undefined): boolean => (result?.results.length ?? 0) > 0;
