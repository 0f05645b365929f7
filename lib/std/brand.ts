/**
 * Distinct types for values of one shape, known to the compiler only: nothing is added when the program runs.
 */
declare const brand: unique symbol;

/** A distinct type over the same values: an Offset is not a count, a TopicId is not a name. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
