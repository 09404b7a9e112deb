/** The slices that make up the register, in the order in which their rows are written. */
import { areaKind } from '@dishu/kernel/areas/areas'
import { areaStandards } from '@dishu/kernel/areas/areas.exchange'
import type { Standard } from '@dishu/kernel/intake/intake'
import { grantKind, personKind } from '@dishu/kernel/people/people'
import type { Kind } from '@dishu/kernel/records/records'
import { baselineKind } from '@dishu/land/count/baseline'
import { cellKind } from '@dishu/land/count/count'
import { CROP_KINDS } from '@dishu/land/crops/crops'
import { limitKind } from '@dishu/land/ecology/ecology'
import { indexKind, sceneKind } from '@dishu/land/imagery/imagery'
import { lineageKind } from '@dishu/land/lineage/lineage'
import { groundKind, parcelKind, patchKind } from '@dishu/land/parcels/parcels'
import { parcelStandards } from '@dishu/land/parcels/parcels.exchange'
import { planResultKind, scenarioKind } from '@dishu/land/plan/scenarios'
import { exceptionKind } from '@dishu/land/quality/quality'
import { reportKind } from '@dishu/land/reports/reports'
import { designKind } from '@dishu/land/soil/design'
import { mapGradeKind, soilMapKind } from '@dishu/land/soil/maps'
import { gradingKind, gradingSchemeKind } from '@dishu/land/soil/schemes'
import { sampleKind } from '@dishu/land/soil/soil'
import { soilStandards } from '@dishu/land/soil/soil.exchange'
import { TECHNOLOGY_KINDS } from '@dishu/land/technology/technology'
import { contractKind, contractParcelKind, memberKind, partyKind, transferKind } from '@dishu/land/tenure/tenure'
import { tenureStandards } from '@dishu/land/tenure/tenure.exchange'
import { waterKinds } from '@dishu/land/water/water'

export const KINDS: readonly Kind[] = [
  personKind,
  grantKind,
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
  soilMapKind,
  mapGradeKind,
  gradingKind,
  gradingSchemeKind,
  designKind,
  ...waterKinds,
  limitKind,
  ...CROP_KINDS,
  ...TECHNOLOGY_KINDS,
  scenarioKind,
  planResultKind,
  lineageKind,
  baselineKind,
  reportKind,
  cellKind,
]

export const STANDARDS: readonly Standard[] = [...areaStandards, ...parcelStandards, ...tenureStandards, ...soilStandards]
