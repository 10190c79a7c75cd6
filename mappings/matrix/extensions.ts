/** Fields beside the standard's that programs write and read. */

/** A file that is hidden until asked for, and why (MSC4193). */
export const SPOILER = "page.codeberg.everypizza.msc4193.spoiler";
export const SPOILER_REASON = "page.codeberg.everypizza.msc4193.spoiler.reason";
/** Previews of links (MSC4095). */
export const PREVIEWS = "com.beeper.linkpreviews";
