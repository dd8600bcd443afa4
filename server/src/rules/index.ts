// Written by `npm run rules`: every rule that has its two files in this folder.
import { rule as ArgTooEarly } from './cache/ArgTooEarly.ts';
import { rule as CopyTooEarly } from './cache/CopyTooEarly.ts';
import { rule as EnvTooEarly } from './cache/EnvTooEarly.ts';
import { rule as StageUnused } from './cache/StageUnused.ts';
import { rule as UnpinnedSyntaxOrBase } from './cache/UnpinnedSyntaxOrBase.ts';
import { rule as ConsistentInstructionCasing } from './checks/ConsistentInstructionCasing.ts';
import { rule as CopyIgnoredFile } from './checks/CopyIgnoredFile.ts';
import { rule as DuplicateStageName } from './checks/DuplicateStageName.ts';
import { rule as ExposeInvalidFormat } from './checks/ExposeInvalidFormat.ts';
import { rule as ExposeProtoCasing } from './checks/ExposeProtoCasing.ts';
import { rule as FromAsCasing } from './checks/FromAsCasing.ts';
import { rule as FromPlatformFlagConstDisallowed } from './checks/FromPlatformFlagConstDisallowed.ts';
import { rule as InvalidBaseImagePlatform } from './checks/InvalidBaseImagePlatform.ts';
import { rule as InvalidDefaultArgInFrom } from './checks/InvalidDefaultArgInFrom.ts';
import { rule as InvalidDefinitionDescription } from './checks/InvalidDefinitionDescription.ts';
import { rule as JSONArgsRecommended } from './checks/JSONArgsRecommended.ts';
import { rule as LegacyKeyValueFormat } from './checks/LegacyKeyValueFormat.ts';
import { rule as MaintainerDeprecated } from './checks/MaintainerDeprecated.ts';
import { rule as MultipleInstructionsDisallowed } from './checks/MultipleInstructionsDisallowed.ts';
import { rule as NoEmptyContinuation } from './checks/NoEmptyContinuation.ts';
import { rule as RedundantTargetPlatform } from './checks/RedundantTargetPlatform.ts';
import { rule as ReservedStageName } from './checks/ReservedStageName.ts';
import { rule as SecretsUsedInArgOrEnv } from './checks/SecretsUsedInArgOrEnv.ts';
import { rule as StageNameCasing } from './checks/StageNameCasing.ts';
import { rule as UndefinedArgInFrom } from './checks/UndefinedArgInFrom.ts';
import { rule as UndefinedVar } from './checks/UndefinedVar.ts';
import { rule as WorkdirRelativePath } from './checks/WorkdirRelativePath.ts';
import { rule as CopyMatchesNothing } from './context/CopyMatchesNothing.ts';
import { rule as GitOrModulesInContext } from './context/GitOrModulesInContext.ts';
import { rule as SecretInContext } from './context/SecretInContext.ts';
import { rule as ChmodOnNewParents } from './link/ChmodOnNewParents.ts';
import { rule as CopySourcesWithoutSlash } from './link/CopySourcesWithoutSlash.ts';
import { rule as LinkBeforeHeavyRun } from './link/LinkBeforeHeavyRun.ts';
import { rule as LinkCancelledByChmod } from './link/LinkCancelledByChmod.ts';
import { rule as LinkFileReplacesDirectory } from './link/LinkFileReplacesDirectory.ts';
import { rule as LinkNamedOwner } from './link/LinkNamedOwner.ts';
import { rule as LinkNeedsBaseAnyway } from './link/LinkNeedsBaseAnyway.ts';
import { rule as LinkOwnsParents } from './link/LinkOwnsParents.ts';
import { rule as LinkReplacesUsrMerge } from './link/LinkReplacesUsrMerge.ts';
import { rule as LinkResetsDirectory } from './link/LinkResetsDirectory.ts';
import { rule as LinkResetsTmp } from './link/LinkResetsTmp.ts';
import { rule as LinkResetsWorkdir } from './link/LinkResetsWorkdir.ts';
import { rule as LinkShadowedByLater } from './link/LinkShadowedByLater.ts';
import { rule as LinkThroughSymlink } from './link/LinkThroughSymlink.ts';
import { rule as LinkWouldHelp } from './link/LinkWouldHelp.ts';
import { rule as OwnerNameUnknown } from './link/OwnerNameUnknown.ts';
import { rule as SyntaxTooOld } from './link/SyntaxTooOld.ts';
import type { Rule } from './rule.ts';

// biome-ignore format: one rule a line
export const rules: readonly Rule[] = [
  ConsistentInstructionCasing,
  CopyIgnoredFile,
  DuplicateStageName,
  ExposeInvalidFormat,
  ExposeProtoCasing,
  FromAsCasing,
  FromPlatformFlagConstDisallowed,
  InvalidBaseImagePlatform,
  InvalidDefaultArgInFrom,
  InvalidDefinitionDescription,
  JSONArgsRecommended,
  LegacyKeyValueFormat,
  MaintainerDeprecated,
  MultipleInstructionsDisallowed,
  NoEmptyContinuation,
  RedundantTargetPlatform,
  ReservedStageName,
  SecretsUsedInArgOrEnv,
  StageNameCasing,
  UndefinedArgInFrom,
  UndefinedVar,
  WorkdirRelativePath,
  ChmodOnNewParents,
  CopySourcesWithoutSlash,
  LinkBeforeHeavyRun,
  LinkCancelledByChmod,
  LinkFileReplacesDirectory,
  LinkNamedOwner,
  LinkNeedsBaseAnyway,
  LinkOwnsParents,
  LinkReplacesUsrMerge,
  LinkResetsDirectory,
  LinkResetsTmp,
  LinkResetsWorkdir,
  LinkShadowedByLater,
  LinkThroughSymlink,
  LinkWouldHelp,
  OwnerNameUnknown,
  SyntaxTooOld,
  ArgTooEarly,
  CopyTooEarly,
  EnvTooEarly,
  StageUnused,
  UnpinnedSyntaxOrBase,
  CopyMatchesNothing,
  GitOrModulesInContext,
  SecretInContext,
];
