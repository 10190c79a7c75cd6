/**
 * How much HTML is read as HTML; what is beyond is taken as plain text. Chosen so that the worst input takes a few
 * hundredths of a second at most.
 */

/** UTF-16 code units: as long as the longest event of Matrix. */
export const LONGEST_HTML = 65_536;
/** Elements that stand in each other. */
export const DEEPEST_HTML = 100;
/** Elements and pieces of text: a parser that repairs nesting may make more of them than were written. */
export const MOST_NODES = 20_000;
