/**
 * Table tests of the mappings of a platform, by feature: features.test.ts runs each and looks for gaps. slack.ts
 * exports the list `slackCases`, matrix.ts `matrixCases`, xmpp.ts `xmppCases`.
 */
import type { FeatureKey } from "../../../mappings/features.ts";

export interface MappingCase {
  readonly feature: FeatureKey;
  /** `in`: an event of the platform is read; `out`: it is written. */
  readonly direction: "in" | "out";
  /** What is shown, in a few words; no two cases of a platform, feature and direction have the same. */
  readonly name: string;
  /** Throws where the mapping is wrong. */
  readonly run: () => void;
}
