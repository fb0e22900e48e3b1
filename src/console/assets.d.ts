/** Declares CSS files as modules; they are imported for their side effect. */
declare module '*.css';
