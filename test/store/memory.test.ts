/** The memory driver. */
import { MemoryStore } from '../../src/store/memory.ts';
import { conformance } from './conformance.ts';

conformance('memory', () => new MemoryStore());
