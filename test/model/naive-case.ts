/** What the table of a model says of one naive variant. */
export type NaiveCase<Invariant, Bounds> = {
  /** The rule of DESIGN that the variant leaves out. */
  readonly rule: string;
  readonly breaks: Invariant;
  /** A small world that shows it, and in which the built variant is clean. */
  readonly bounds: Bounds;
};
