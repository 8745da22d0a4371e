import { describe, expect, it } from 'vitest';
import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import { forExpansion, forModification } from './resizer-errors.js';

describe('the error that external-resizer receives', () => {
  it.each<[ErrorKind, ErrorKind, ErrorKind]>([
    ['failed-precondition', 'unavailable', 'failed-precondition'],
    ['resource-exhausted', 'out-of-range', 'invalid-argument'],
    ['out-of-range', 'out-of-range', 'out-of-range'],
    ['invalid-argument', 'invalid-argument', 'invalid-argument'],
    ['not-found', 'not-found', 'not-found'],
    ['unavailable', 'unavailable', 'unavailable'],
    ['aborted', 'aborted', 'aborted'],
    ['deadline-exceeded', 'deadline-exceeded', 'deadline-exceeded'],
  ])('%s: %s of an expansion, %s of a modification', (kind, expansion, modification) => {
    const error = new DriverError(kind, 'The cause. What next.');
    expect(forExpansion(error)).toMatchObject({
      kind: expansion,
      message: expect.stringContaining('What next') as string,
    });
    expect(forModification(error)).toMatchObject({ kind: modification });
  });

  it('is nothing else where it is no error of the driver', () => {
    const defect = new TypeError('x');
    expect([forExpansion(defect), forModification(defect)]).toEqual([defect, defect]);
  });
});
