/**
 * Policy variables (`${aws:username}`, `${key, 'default'}`) and the escapes `${*} ${?} ${$}`.
 * Source: IAM User Guide, reference_policies_variables. They exist in Version 2012-10-17 only.
 */
import type { RequestContext } from './decision.ts';
import { addPattern, type Wildcard, WildcardBuilder } from './match.ts';

export type Token =
  /** Text as written; `*` and `?` in it are wildcards if the operator has wildcards. */
  | { readonly type: 'text'; readonly text: string }
  /** A literal character. */
  | { readonly type: 'literal'; readonly text: string }
  | {
      readonly type: 'variable';
      readonly key: string;
      readonly spelling: string;
      readonly fallback?: string | undefined;
    };

/** A parsed text. `plain` is the text itself if it has no variables. */
export interface Template {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly plain?: string | undefined;
}

/** Parses the variables of a text; with `variables` false, everything is text. A malformed variable remains text. */
export function parseTemplate(source: string, variables: boolean): Template {
  if (!variables || !source.includes('${')) {
    return { source, tokens: [{ type: 'text', text: source }], plain: source };
  }
  const tokens: Token[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('${', at);
    if (open === -1) break;
    const found = variableAt(source, open);
    text += source.slice(at, found === undefined ? open + 2 : open);
    at = open + 2;
    if (found === undefined) continue;
    if (text !== '') tokens.push({ type: 'text', text });
    text = '';
    tokens.push(found.token);
    at = found.end;
  }
  text += source.slice(at);
  if (text !== '') tokens.push({ type: 'text', text });
  const variable = tokens.some(token => token.type !== 'text');
  return variable ? { source, tokens } : { source, tokens, plain: source };
}

/** Parses `${…}` at `open`. Stops at the next `${`, so that a text of unclosed variables is scanned once. */
function variableAt(source: string, open: number): { token: Token; end: number } | undefined {
  for (let at = open + 2; at < source.length; at += 1) {
    const letter = source[at];
    if (letter === "'") return variableWithDefault(source, open, at);
    if (letter === '$' && source[at + 1] === '{') return undefined;
    if (letter !== '}') continue;
    const name = source.slice(open + 2, at).trim();
    if (name === '*' || name === '?' || name === '$') {
      return { token: { type: 'literal', text: name }, end: at + 1 };
    }
    if (!isKeyName(name)) return undefined;
    return { token: { type: 'variable', key: name.toLowerCase(), spelling: name }, end: at + 1 };
  }
  return undefined;
}

function variableWithDefault(source: string, open: number, quote: number): { token: Token; end: number } | undefined {
  const head = source.slice(open + 2, quote).trimEnd();
  const end = source.indexOf("'", quote + 1);
  if (!head.endsWith(',') || end === -1) return undefined;
  let close = end + 1;
  while (source[close] === ' ') close += 1;
  const name = head.slice(0, -1).trim();
  if (source[close] !== '}' || !isKeyName(name)) return undefined;
  const fallback = source.slice(quote + 1, end);
  return { token: { type: 'variable', key: name.toLowerCase(), spelling: name, fallback }, end: close + 1 };
}

const isKeyName = (name: string): boolean => name.includes(':');

/** Value of a variable; undefined when the key is absent, multivalued, and has no default. */
function resolve(token: Token & { readonly type: 'variable' }, context: RequestContext): string | undefined {
  const value = context.get(token.key);
  return typeof value === 'string' ? value : token.fallback;
}

/** The text with every variable replaced; undefined when a variable has neither value nor default. */
export function resolveTemplate(template: Template, context: RequestContext): string | undefined {
  if (template.plain !== undefined) return template.plain;
  let text = '';
  for (const token of template.tokens) {
    const part = token.type === 'variable' ? resolve(token, context) : token.text;
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

/** The pattern with every variable replaced; the value of a variable is literal, including `*`. */
export function resolvePattern(tokens: readonly Token[], context: RequestContext): Wildcard | undefined {
  const builder = new WildcardBuilder();
  for (const token of tokens) {
    if (token.type === 'text') addPattern(builder, token.text);
    else {
      const part = token.type === 'literal' ? token.text : resolve(token, context);
      if (part === undefined) return undefined;
      builder.text(part);
    }
  }
  return builder.build();
}

/** Splits a template at its first five colons outside variables, like an ARN; fewer parts when there are fewer colons. */
export function splitTemplate(template: Template): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of template.tokens) {
    if (token.type !== 'text') {
      parts[parts.length - 1]?.push(token);
      continue;
    }
    let rest = token.text;
    while (parts.length < 6) {
      const colon = rest.indexOf(':');
      if (colon === -1) break;
      if (colon > 0) parts[parts.length - 1]?.push({ type: 'text', text: rest.slice(0, colon) });
      parts.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== '') parts[parts.length - 1]?.push({ type: 'text', text: rest });
  }
  return parts;
}
