import { fileSubject } from './fileSubjects';
import { sameSearch } from './sameSearch';
import { sqliteSubject } from './sqliteSubjects';

sameSearch(fileSubject, sqliteSubject);
