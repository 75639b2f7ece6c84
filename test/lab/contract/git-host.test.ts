import { giteaContract } from './gitea-contract.ts';

giteaContract('Gitea', 'git');
