/** What inputs are made of: pieces of each grammar. */

const WORDS = [
  "a",
  "word ",
  " ",
  "\n",
  "\n\n",
  "\t",
  "é",
  "😀",
  "👩‍👩‍👧",
  "\u202e",
  "\u0000",
  "\ud800",
  "1",
  "-",
  "_",
  "x_y",
];

export const markdownPieces: readonly string[] = [
  ...WORDS,
  ..."* ** *** _ __ ~ ~~ ` `` ``` ```` # ## > >> - + 1. 1) | |-| [ ] ( ) ![ ]( <http: > < & &amp; &#x0; &nGt; \\ \\* : <b> <!-- --> [a]: [a][a] [^1] @room - [ ] - [x] === ---".split(
    " ",
  ),
  "    ",
  "  \n",
  "\n> ",
  "\n- ",
  "\n  - ",
  "\n|a|b|\n|-|-|\n|c|d|\n",
  "[@Al](mimi://gw.example/u/al)",
  "[#r](mimi://gw.example/r/eng)",
  "![:x:](cid:1@local.invalid)",
  "http://a.example/?b=(c)",
];

export const htmlPieces: readonly string[] = [
  ...WORDS,
  ..."b i u s em strong del code pre p div br hr h1 h6 ul ol li blockquote table tr td th thead span font a img mx-reply script style svg math template title textarea select details summary sup sub"
    .split(" ")
    .flatMap((name) => [`<${name}>`, `</${name}>`]),
  '<a href="https://matrix.to/#/@alice:hs.example">',
  '<a href="javascript:x">',
  "<a href=mimi://gw.example/u/al>",
  '<span data-mx-spoiler="why">',
  '<img data-mx-emoticon src="mxc://a/b" alt=":x:">',
  '<ol start="9">',
  '<code class="language-ts">',
  '<p style="font-weight:bold">',
  "&amp;",
  "&lt;",
  "&nbsp;",
  "&#0;",
  "&notit;",
  "<!--",
  "-->",
  "<![CDATA[",
  "<",
  "&",
  '"',
];

export const mrkdwnPieces: readonly string[] = [
  ...WORDS,
  ..."* _ ~ ` ``` &gt; &gt;&gt;&gt; > < | : :tada: :+1::skin-tone-2: :party: &amp; &lt; <@U123> <@U9|x> <#C1> <#C9|x> <!here> <!channel> <!subteam^S1> <http://a|b> <mailto:a@b.c>".split(
    " ",
  ),
  "<!date^1392734382^{date_long}^http://a.example|then>",
];

export const stylingPieces: readonly string[] = [
  ...WORDS,
  ..."* _ ~ ` ``` > >> ``` /me @Al Al: https://a.example/x_y (https://b.example) xmpp:a@b?join mailto:a@b.c".split(
    " ",
  ),
  "\n> ",
  "\n```\n",
];
