import { fileSubject } from './fileSubjects';
import { sameModelSearch } from './sameModelSearch';
import { sameSearch } from './sameSearch';
import { sqliteSubject } from './sqliteSubjects';

sameSearch([fileSubject, sqliteSubject]);
sameModelSearch(fileSubject, sqliteSubject);
