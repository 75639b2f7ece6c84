import { giteaContract } from './gitea-contract.ts';

giteaContract('Gitea, by its API', 'gitea');
