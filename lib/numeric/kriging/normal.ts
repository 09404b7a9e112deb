export * from '../shared/normal.ts'
