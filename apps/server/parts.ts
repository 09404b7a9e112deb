/** The slices that make up the register, in the order in which their rows are written. */
import { areaKind } from '@dishu/kernel/areas/areas'
import { areaStandards } from '@dishu/kernel/areas/areas.exchange'
import type { Standard } from '@dishu/kernel/intake/intake'
import type { Kind } from '@dishu/kernel/records/records'
import { cellKind } from '@dishu/land/count/count'
import { indexKind, sceneKind } from '@dishu/land/imagery/imagery'
import { groundKind, parcelKind, patchKind } from '@dishu/land/parcels/parcels'
import { parcelStandards } from '@dishu/land/parcels/parcels.exchange'
import { exceptionKind } from '@dishu/land/quality/quality'
import { sampleKind } from '@dishu/land/soil/soil'
import { soilStandards } from '@dishu/land/soil/soil.exchange'
import { contractKind, contractParcelKind, memberKind, partyKind, transferKind } from '@dishu/land/tenure/tenure'
import { tenureStandards } from '@dishu/land/tenure/tenure.exchange'

export const KINDS: readonly Kind[] = [
  areaKind,
  patchKind,
  parcelKind,
  groundKind,
  partyKind,
  memberKind,
  contractKind,
  contractParcelKind,
  transferKind,
  sampleKind,
  exceptionKind,
  sceneKind,
  indexKind,
  cellKind,
]

export const STANDARDS: readonly Standard[] = [...areaStandards, ...parcelStandards, ...tenureStandards, ...soilStandards]
