/** What the gateway's JIDs answer to questions (XEP-0030, XEP-0199, XEP-0092); to all else: not offered. */
import { version } from "../../core/version.ts";
import { isGateway, NS } from "./names.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** The answer to an iq of type get or set; null for a late answer to a question of ours. */
export function answer(iq: Element, domain: string): Element | null {
  const type = attribute(iq, "type");
  if (type !== "get" && type !== "set") return null;
  const question = type === "get" ? iq.getChildElements()[0] : undefined;
  const to = attribute(iq, "to") ?? domain;
  const address = { id: attribute(iq, "id"), from: to, to: attribute(iq, "from") };
  if (question?.is("ping", NS.ping)) return xml("iq", { ...address, type: "result" });
  if (question?.is("query", NS.discoInfo))
    return xml(
      "iq",
      { ...address, type: "result" },
      info(to === domain ? "gateway" : "client", isGateway(to, domain)),
    );
  if (question?.is("query", NS.discoItems))
    return xml("iq", { ...address, type: "result" }, xml("query", { xmlns: NS.discoItems }));
  if (question?.is("query", NS.version)) {
    const facts = [xml("name", {}, "mimi-gateway"), xml("version", {}, version)];
    return xml("iq", { ...address, type: "result" }, xml("query", { xmlns: NS.version }, ...facts));
  }
  const condition = xml("service-unavailable", { xmlns: NS.stanzaErrors });
  return xml("iq", { ...address, type: "error" }, xml("error", { type: "cancel" }, condition));
}

/** `takesCommands`: whether it is the gateway itself. */
function info(kind: "gateway" | "client", takesCommands: boolean): Element {
  const identity =
    kind === "gateway"
      ? { category: "gateway", type: "mimi", name: "mimi-gateway" }
      : { category: "client", type: "bot", name: "mimi-gateway" };
  const always = [NS.discoInfo, NS.discoItems, NS.ping, NS.version];
  const features = (takesCommands ? [...always, NS.commands] : always).map((name) =>
    xml("feature", { var: name }),
  );
  return xml("query", { xmlns: NS.discoInfo }, xml("identity", identity), ...features);
}
