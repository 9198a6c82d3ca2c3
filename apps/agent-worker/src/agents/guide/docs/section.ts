/** One headed piece of the documentation. */
export interface Section {
  /** Where it stands, for a reader: a file name, or `guide` for what the guide knows by itself. */
  readonly source: string;
  readonly title: string;
  /** Markdown without the heading. */
  readonly text: string;
  /** Other words that people use for it. */
  readonly aliases?: readonly string[];
}
