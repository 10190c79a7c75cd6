/** From what and to what `mimi-gateway convert` goes. */

export const sources = ["slack", "matrix", "xmpp", "mimi"] as const;
export type Source = (typeof sources)[number];

export const targets = [...sources, "json"] as const;
export type Target = (typeof targets)[number];
