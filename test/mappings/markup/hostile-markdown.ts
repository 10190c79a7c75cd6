/** Markdown that is made to be slow, in any length: for tests of limits and for the bench. */

/** Each family as a text of about `n` repetitions. */
export const families: Readonly<Record<string, (n: number) => string>> = {
  "strong between letters": (n) => "a**b".repeat(n),
  "closers of emphasis": (n) => "a_ ".repeat(n),
  "openers of emphasis": (n) => "_a ".repeat(n),
  "nested emphasis": (n) => "*a ".repeat(n) + "a*".repeat(n),
  "spans between punctuation": (n) => "(*a ".repeat(n) + "a*)".repeat(n),
  "nested strong": (n) => "**a ".repeat(n) + "a**".repeat(n),
  "tildes between letters": (n) => "~~a".repeat(n),
  "a row of asterisks": (n) => "*".repeat(n),
  "mixed delimiters": (n) => "*_~~a".repeat(n),
  "backticks of rising length": (n) => {
    const longest = Math.min(1000, Math.floor(Math.sqrt(2 * n)));
    return Array.from({ length: longest }, (_, i) => `a${"`".repeat(i + 1)}`).join("");
  },
  backticks: (n) => "`a``".repeat(n),
  "opening brackets": (n) => "[".repeat(n),
  "brackets around brackets": (n) => "[".repeat(n) + "]".repeat(n),
  "links without an end": (n) => "[a](".repeat(n),
  "links with half a title": (n) => '[a](b "'.repeat(n),
  links: (n) => "[a](http://b.example) ".repeat(n),
  pictures: (n) => "![".repeat(n),
  references: (n) => "[a]".repeat(n),
  definitions: (n) => "[a]: b\n".repeat(n),
  autolinks: (n) => "<http://a.example>".repeat(n),
  "less-than signs": (n) => "<a:".repeat(n),
  entities: (n) => "&amp;".repeat(n),
  ampersands: (n) => "&".repeat(n),
  backslashes: (n) => "\\*".repeat(n),
  "rows of a table": (n) => `|a|\n|-|\n${"|b|\n".repeat(n)}`,
  "columns of a table": (n) => `${"|a".repeat(n)}\n${"|-".repeat(n)}`,
  "quotes in quotes": (n) => ">".repeat(n),
  "lines of nested quotes": (n) => `${">".repeat(15)}a\n`.repeat(n),
  "lists in lists": (n) => `${"- ".repeat(n)}a`,
  "lists by indentation": (n) =>
    Array.from({ length: n }, (_, i) => `${"  ".repeat(i)}- a`)
      .join("\n")
      .slice(0, 60_000),
  items: (n) => "- a\n".repeat(n),
  "numbered items": (n) => "1. a\n".repeat(n),
  tasks: (n) => "- [ ] a\n".repeat(n),
  "lists and quotes": (n) => "> - a\n".repeat(n),
  "setext headings": (n) => "a\n-\n".repeat(n),
  headings: (n) => "# a\n".repeat(n),
  paragraphs: (n) => "_a\n\n".repeat(n),
  "hard breaks": (n) => "a\\\n".repeat(n),
  fences: (n) => "```\n".repeat(n),
  "indented code": (n) => "    a\n\n".repeat(n),
  "white space": (n) => `*${" ".repeat(n)}a`,
  tabs: (n) => `${"\t".repeat(n)}*`,
  words: (n) => `*${"hello world ".repeat(n)}`,
};
