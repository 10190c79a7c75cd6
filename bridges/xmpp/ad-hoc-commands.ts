/**
 * What people can tell the gateway, as commands with forms in their clients' menus (XEP-0050): the same words as in messages,
 * with the same answers. A form holds all that a command needs, so that nothing is remembered between its stages.
 */
import { offeredWords, type OfferedWord } from "../../core/commands/room-commands.ts";
import { NS } from "./names.ts";
import { attribute, type Element, xml } from "./xml.ts";

const HELP: OfferedWord = { name: "help", says: "what can be said here", before: [], option: null };
const WORDS: ReadonlyMap<string, OfferedWord> = new Map(
  [...offeredWords, HELP].map((word) => [word.name, word]),
);
const ROOM = "room";
const OPTION = "option";

/** For whoever asks through a room. */
export const ASK_OUTSIDE = "Ask me outside of rooms: here I can't see who you are.";

/** Whether somebody asks the gateway itself for a command, or which ones there are. */
export function isCommand(iq: Element): boolean {
  const [question] = iq.getChildElements();
  if (!question || !["get", "set"].includes(attribute(iq, "type") ?? "")) return false;
  return question.is("command", NS.commands) || nodeOf(question) !== null;
}

/** The answer to it. `run`: the answer to the words, for whoever asks. Never rejects. */
export async function commandAnswer(iq: Element, run: (text: string) => Promise<string>): Promise<Element> {
  const [question] = iq.getChildElements();
  const to = attribute(iq, "to") ?? "";
  const address = { id: attribute(iq, "id"), from: to, to: attribute(iq, "from") };
  const result = (answer: Element) => xml("iq", { ...address, type: "result" }, answer);
  const node = question ? nodeOf(question) : null;
  if (question && node === NS.commands) {
    const items = [...WORDS.values()].map(({ name }) => xml("item", { jid: to, node: name, name }));
    return result(xml("query", { xmlns: NS.discoItems, node }, ...items));
  }
  const word = WORDS.get((question && attribute(question, "node")) ?? "");
  if (!question || !word) {
    const condition = xml("item-not-found", { xmlns: NS.stanzaErrors });
    return xml("iq", { ...address, type: "error" }, xml("error", { type: "cancel" }, condition));
  }
  return result(node === null ? await executed(question, word, run) : described(word));
}

/** The node of a question about commands; null: it is none. */
function nodeOf(question: Element): string | null {
  const node = attribute(question, "node") ?? "";
  if (question.is("query", NS.discoItems) && node === NS.commands) return node;
  return question.is("query", NS.discoInfo) && WORDS.has(node) ? node : null;
}

function described({ name, says }: OfferedWord): Element {
  const identity = xml("identity", { category: "automation", type: "command-node", name: says });
  const features = [NS.commands, NS.dataForm].map((feature) => xml("feature", { var: feature }));
  return xml("query", { xmlns: NS.discoInfo, node: name }, identity, ...features);
}

async function executed(
  command: Element,
  word: OfferedWord,
  run: (text: string) => Promise<string>,
): Promise<Element> {
  const { name } = word;
  const sessionid = attribute(command, "sessionid") ?? name;
  const stage = (status: string, ...children: readonly Element[]) =>
    xml("command", { xmlns: NS.commands, node: name, sessionid, status }, ...children);
  if (attribute(command, "action") === "cancel") return stage("canceled");
  const form = command.getChild("x", NS.dataForm);
  if (word !== HELP && (!form || attribute(form, "type") !== "submit"))
    return stage("executing", xml("actions", { execute: "complete" }, xml("complete")), formOf(word));
  const answer = await run(word === HELP ? name : words(word, form));
  return stage("completed", xml("note", { type: "info" }, answer));
}

/** Everything has to be filled in but what may be chosen. */
const field = (key: string, label: string, type: string): Element =>
  xml("field", { var: key, label, type }, ...(type === "boolean" ? [] : [xml("required")]));

function formOf({ name, says, before, option }: OfferedWord): Element {
  return xml(
    "x",
    { xmlns: NS.dataForm, type: "form" },
    xml("title", {}, name),
    xml("instructions", {}, says),
    ...before.map((label) => field(label.toLowerCase(), label, "text-single")),
    field(ROOM, "ROOM", "jid-single"),
    ...(option === null ? [] : [field(OPTION, option, "boolean")]),
  );
}

/** What would be written in a message: each field is one word of it. */
function words({ name, before, option }: OfferedWord, form: Element | undefined): string {
  const values = new Map(
    form
      ?.getChildren("field")
      .map((field) => [attribute(field, "var"), field.getChildText("value")?.trim() ?? ""]),
  );
  const given = [...before.map((label) => label.toLowerCase()), ROOM].map((key) => values.get(key) ?? "");
  const chosen = option !== null && ["1", "true"].includes(values.get(OPTION) ?? "") ? [option] : [];
  return [name, ...given.map((value) => value.split(/\s+/, 1)[0] ?? ""), ...chosen].join(" ");
}
