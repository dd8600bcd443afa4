// What each COPY, ADD and bind mount takes of the build context, and what of it the build sends at all: by the context's listing.
import type { Span } from '../../../shared/src/span.ts';
import type { Compilation } from '../compile/compilation.ts';
import { isLocalContext } from '../compile/sources.ts';
import { placeIn, type Stage, type Step } from '../compile/stage.ts';
import { kinds, type Listing } from '../context/listing.ts';
import { isWildcardPath, type Selection, select } from '../context/selection.ts';
import { measure, type Transfer, transfer } from '../context/transfer.ts';
import { isBindMount, mountTarget } from '../dockerfile/runInstruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { clean, join } from '../go/path.ts';
import type { CopyAction, ExecMount } from '../llb/op.ts';
