import { argoCdContract } from './argo-cd.contract.ts';
import { standInWorld } from './argo-cd-stand-in-world.ts';

argoCdContract('REST API of the stand-in', standInWorld);
