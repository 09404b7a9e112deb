/** Shapes of what a route takes, checked before its handler runs. */
export { Type } from 'typebox'
