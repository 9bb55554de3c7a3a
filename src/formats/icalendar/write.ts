import { writeContentLine } from '../content-lines/index.ts';
import type { Component } from './component.ts';

/** A component as text: CRLF, folded at 75 octets, never inside a character. */
export function writeComponent(component: Component): string {
  const pieces: string[] = [];
  put(component, pieces);
  return pieces.join('');
}

function put(component: Component, pieces: string[]): void {
  pieces.push('BEGIN:', component.name, '\r\n');
  for (const property of component.properties()) pieces.push(writeContentLine(property));
  for (const inner of component.components()) put(inner, pieces);
  pieces.push('END:', component.name, '\r\n');
}
