/** The CloudTrail service: LookupEvents over JSON 1.1. */

import type { Caller } from '../authorization/principals.ts';
import type { Service } from '../aws/operation.ts';
import { CLOUDTRAIL_ERRORS, type CloudTrailDeps, lookupEvents } from './lookup-events.ts';

export const cloudTrailService: Service<Caller, CloudTrailDeps> = {
  name: 'cloudtrail',
  version: '2013-11-01',
  namespace: 'http://cloudtrail.amazonaws.com/doc/2013-11-01/',
  printsValues: true,
  targetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
  operations: [lookupEvents],
  notEmulated: [],
  errors: CLOUDTRAIL_ERRORS,
};
