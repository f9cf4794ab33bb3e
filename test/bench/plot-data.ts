/** The types of a plot's data, apart from `plot.ts`, whose packages the project itself does not have. */

/** A line. Series with the same name have the same color in all panels. */
export interface Series {
  readonly name: string;
  /** In the order of x. On a logarithmic axis, values of 0 and below are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Draws the line dashed, for a comparison with the solid line of the same name. */
  readonly isDashed?: boolean;
}

export interface Axis {
  /** Includes the unit. */
  readonly label: string;
  /** `linear` by default. */
  readonly scale?: "linear" | "log";
}

export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Plot {
  readonly title: string;
  /** A line below the title. */
  readonly subtitle?: string;
  readonly panels: readonly Panel[];
}
