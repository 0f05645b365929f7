/** Something that the runner does not model: it stops the run, since a guess would prove nothing. */
export class Unmodelled extends Error {
  override readonly name = "Unmodelled";

  constructor(what: string) {
    super(`the runner does not model ${what}: add it, with a test`);
  }
}
