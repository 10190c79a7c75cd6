/** HTML that is made to be hard to read, of about `length` characters, by family. */

const repeated =
  (piece: string, before = "") =>
  (length: number): string =>
    before + piece.repeat(Math.max(0, Math.floor((length - before.length) / piece.length)));

const numbered =
  (before: string, piece: (count: number) => string, after: string) =>
  (length: number): string => {
    const out = [before];
    let size = before.length + after.length;
    for (let count = 0; ; count++) {
      const next = piece(count);
      size += next.length;
      if (size > length) return out.join("") + after;
      out.push(next);
    }
  };

export const hostileHtml: Readonly<Record<string, (length: number) => string>> = {
  "nested bold": repeated("<b>"),
  "nested div": repeated("<div>"),
  "nested quotes": repeated("<blockquote>"),
  "nested lists": repeated("<ul><li>"),
  "nested spoilers": repeated("<span data-mx-spoiler>"),
  "nested tables": repeated("<table><tr><td>"),
  "nested svg": repeated("<svg><b>"),
  "nested templates": repeated("<template>"),
  "marks to reopen": repeated("<p>x", "<b><i><u><s><em><strong><code><tt>"),
  "misnested marks": repeated("<b><i><u></b></i></u>", "<div>".repeat(90)),
  "misnested blocks": repeated("<b><p>x"),
  "links in links": repeated("<a href=x>x"),
  "links with marks": repeated("<a href=https://a.example><b>x</b>"),
  "refused links": numbered("", (count) => `<a href="s${count.toString(36)}:">x</a>`, ""),
  paragraphs: repeated("<p>x"),
  items: repeated("<li>x", "<ol>"),
  cells: repeated("<td>x", "<table><tr>"),
  rows: repeated("<tr><td>x", "<table>"),
  "text in tables": repeated("x<tr>", "<table>"),
  "line breaks": repeated("<br>"),
  pictures: repeated("<img alt=x>"),
  emoji: repeated("<img alt=:x:>"),
  attributes: numbered("<b ", (count) => `a${count.toString(36)} `, ">x"),
  "attributes of an end": numbered("</b ", (count) => `a${count.toString(36)} `, ">x"),
  entities: repeated("&amp;"),
  "unknown entities": repeated("&notit;"),
  ampersands: repeated("&"),
  "less-than signs": repeated("<"),
  comments: repeated("<!---->"),
  "open comments": repeated("<!--"),
  "end tags": repeated("</p>", "<b>".repeat(80)),
  "spaces and no-break spaces": repeated(" &nbsp;"),
  spaces: repeated(" ", "x"),
  "spaces and marks": repeated(" <b> </b>"),
  colons: repeated(":", '<img data-mx-emoticon alt="'),
  words: repeated("@room_ "),
  "broadcasts in code": repeated("<code>@room</code>"),
  boxes: repeated("<li>☐ "),
  "code blocks": repeated("<pre>x</pre>"),
  plain: repeated("words "),
};
