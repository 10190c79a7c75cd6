/**
 * The feature table: what each platform carries, in which direction and how well. docs/features.md is made from it,
 * and for every cell that is not empty there is a table test.
 */
import type { Levels } from "./features/level.ts";
import { messageLevels } from "./features/messages.ts";
import { roomLevels } from "./features/rooms.ts";
import { type FeatureKey, featureTitles } from "./features/titles.ts";

export { type Directions, type Level, type Levels, type Platform, platforms } from "./features/level.ts";
export { type FeatureKey, featureTitles } from "./features/titles.ts";

export interface Feature {
  readonly key: FeatureKey;
  readonly title: string;
  readonly levels: Levels;
}

const levels: Readonly<Record<FeatureKey, Levels>> = { ...messageLevels, ...roomLevels };

/** In the order in which they are shown. */
export const features: readonly Feature[] = (Object.keys(featureTitles) as FeatureKey[]).map((key) => ({
  key,
  title: featureTitles[key],
  levels: levels[key],
}));
