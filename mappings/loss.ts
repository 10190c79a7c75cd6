/** What a mapping had to give up. A loss is data: it is counted, shown and never thrown. */
export const losses = {
  characters_removed: "characters that the platform's format cannot carry were removed",
  text_cut: "the text was longer than the room takes and was cut",
  property_unsupported: "the room does not let the gateway set this property",
  content_unsupported: "the content is of a kind that the room cannot show",
} as const;
export type LossCode = keyof typeof losses;

export interface Loss {
  readonly code: LossCode;
  readonly detail: string;
}
