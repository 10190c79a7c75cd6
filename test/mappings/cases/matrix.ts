/** All table tests of the mapping of Matrix, by feature and direction. */
import { actsIn } from "../matrix/cases-in-acts.ts";
import { mediaIn } from "../matrix/cases-in-media.ts";
import { membersIn } from "../matrix/cases-in-members.ts";
import { relatedIn } from "../matrix/cases-in-related.ts";
import { roomIn } from "../matrix/cases-in-room.ts";
import { textsIn } from "../matrix/cases-in-text.ts";
import { actsOut } from "../matrix/cases-out-acts.ts";
import { mediaOut } from "../matrix/cases-out-media.ts";
import { relatedOut } from "../matrix/cases-out-related.ts";
import { roomOut } from "../matrix/cases-out-room.ts";
import { textsOut } from "../matrix/cases-out-text.ts";
import type { MappingCase } from "./case.ts";

export const matrixCases: readonly MappingCase[] = [
  ...textsIn,
  ...relatedIn,
  ...mediaIn,
  ...actsIn,
  ...roomIn,
  ...membersIn,
  ...textsOut,
  ...relatedOut,
  ...mediaOut,
  ...actsOut,
  ...roomOut,
];
