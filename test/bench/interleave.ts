/** Measuring interleaved: in every round all contenders have their turn, and only within a round are they compared. */

export interface Measured {
  /** Median of the rounds, in the unit that was measured. */
  readonly value: number;
  /** Median of the rounds' ratios to the first contender, and their quartiles: how far to trust it. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

/**
 * Measures `names` against the first of them.
 *
 * Each round starts with another contender, and every second one goes backwards, so that nobody
 * always pays for the same predecessor's garbage.
 *
 * @param measure One contender's turn; gives its figure.
 */
export async function interleave<TName extends string>(
  names: readonly TName[],
  { rounds, warmup }: { readonly rounds: number; readonly warmup: number },
  measure: (name: TName) => Promise<number>,
): Promise<Map<TName, Measured>> {
  const turns: Map<TName, number>[] = [];
  for (let round = 0; round < warmup + rounds; round++) {
    const turn = new Map<TName, number>();
    for (const name of orderOf(names, round)) turn.set(name, await measure(name));
    if (round >= warmup) turns.push(turn);
  }
  return new Map(names.map((name) => [name, summarize(turns, name, names[0] ?? name)]));
}

function orderOf<T>(names: readonly T[], round: number): T[] {
  const start = (round >> 1) % names.length;
  const order = [...names.slice(start), ...names.slice(0, start)];
  return round % 2 === 0 ? order : order.reverse();
}

function summarize<TName>(turns: readonly Map<TName, number>[], name: TName, reference: TName): Measured {
  const values = turns.map((turn) => turn.get(name) ?? Number.NaN);
  const ratios = turns.map((turn) => (turn.get(name) ?? Number.NaN) / (turn.get(reference) ?? Number.NaN));
  return {
    value: quantile(values, 0.5),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at % 1);
}
