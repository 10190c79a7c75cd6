/** Names of people as nicks of a MUC (XEP-0045, section 7.2; resourceparts after RFC 7622). */

const LONGEST = 64;
/** Names that are clean as they are: most. */
const PLAIN = /^[!-~](?:[!-~]| (?! )){0,62}[!-~]$/;
/** How many nicks are tried before somebody speaks through the gateway's own. */
const TRIES = 5;

/** A name without what a nick may not hold or could deceive with; empty where nothing is left. */
export function cleanNick(name: string): string {
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

/** The nicks to try, best first: `Alice`, `Alice (label)`, `Alice (label) 2`, ... */
export function nickCandidates(name: string, label: string): readonly string[] {
  const base = cleanNick(name) || "somebody";
  const labelled = `${base} (${cleanNick(label)})`;
  const numbered = Array.from({ length: TRIES - 2 }, (_, i) => `${labelled} ${i + 2}`);
  return [base, labelled, ...numbered];
}

/** What the gateway's own nick says for somebody: the name stands apart from the text, whatever its direction. */
export function relayed(name: string, text: string): string {
  return `<\u2068${cleanNick(name) || "somebody"}\u2069> ${text}`;
}
