/** Bodies that a route reads for itself: in the OpenAPI document they are this component. */
export const writtenAs = new WeakMap<object, string>()
