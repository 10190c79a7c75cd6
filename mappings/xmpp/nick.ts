/** Names of people as nicks of a MUC (XEP-0045, section 7.2; resourceparts after RFC 7622). */

const LONGEST = 64;
/** Names that are clean as they are: most. */
const PLAIN = /^[!-~](?:[!-~]| (?! )){0,62}[!-~]$/;
/** How many nicks are tried before somebody speaks through the gateway's own. */
const TRIES = 5;

/** What a server takes out of a nick or refuses in one (resourceprep: RFC 3920, appendix B), and whatever else is not seen. */
const NOT_IN_NICKS =
  /[\p{Cc}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u06DD\u070F\u1806\u2FF0-\u2FFB\uFFF9-\uFFFD]/gu;

/** A name as people are shown it, without what could deceive them; empty where nothing is left. */
export function cleanName(name: string): string {
  if (PLAIN.test(name)) return name;
  const visible = name
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\uFFFE\uFFFF]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .replace(/^[\s\p{Default_Ignorable_Code_Point}]+/u, "")
    .replace(/[\s\p{Default_Ignorable_Code_Point}]+$/u, "");
  return Array.from(new Intl.Segmenter().segment(visible), ({ segment }) => segment)
    .slice(0, LONGEST)
    .join("")
    .trim();
}

/**
 * The nicks to try, best first: `Alice`, `Alice (label)`, `Alice (label) 2`, ... Each is as a server would make it, so that the room
 * gives the one that was asked for, and two that look alike are the same.
 */
export function nickCandidates(name: string, label: string): readonly string[] {
  const base = prepared(name) || "somebody";
  const labelled = `${base} (${prepared(label)})`;
  const numbered = Array.from({ length: TRIES - 2 }, (_, i) => `${labelled} ${i + 2}`);
  return [base, labelled, ...numbered];
}

/** Empty where nothing is left. */
const prepared = (name: string): string =>
  PLAIN.test(name) ? name : cleanName(name.replaceAll(NOT_IN_NICKS, "").normalize("NFKC"));

/** What the gateway's own nick says for somebody: the name stands apart from the text, whatever its direction. */
export function relayed(name: string, text: string): string {
  return `<\u2068${cleanName(name) || "somebody"}\u2069> ${text}`;
}
