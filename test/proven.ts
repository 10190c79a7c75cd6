/** What integration tests have shown to arrive on the other side: docs/features.md calls only this proven. */
import type { FeatureKey, Platform } from "../mappings/features.ts";

export interface Proof {
  readonly feature: FeatureKey;
  readonly from: Platform;
  readonly to: Platform;
  /** Path of the test's file from the project's root. */
  readonly file: string;
  /** The test's name, as it stands in the file. */
  readonly test: string;
}

const conformance = "test/bridges/conformance/conformance.ts";
const nameAndTopic = "carries name and topic, live and when they changed while it was away";

const xmppToXmpp = (feature: FeatureKey, file: string, test: string): Proof => ({
  feature,
  from: "xmpp",
  to: "xmpp",
  file,
  test,
});

export const proofs: readonly Proof[] = [
  xmppToXmpp(
    "text",
    conformance,
    "carries what is said in one room into the other, once and in order, and nothing back",
  ),
  xmppToXmpp(
    "line-breaks",
    "test/gateway/texts.integration.test.ts",
    "carries what looks like markup, entities, other scripts and line ends as they are",
  ),
  xmppToXmpp("room-name", conformance, nameAndTopic),
  xmppToXmpp("topic", conformance, nameAndTopic),
];
