import { standInWorld } from './argo-cd-stand-in-world.ts';
import { argoCdWireContract } from './argo-cd-wire.contract.ts';

// Nothing of Slipway calls the rollback.
argoCdWireContract('the stand-in', standInWorld, ['rollback']);
