import { useTexts } from '../../app/language.ts';
import { useMe } from '../../app/me.ts';
import { PageHead } from '../../ui/parts.tsx';
import { Data } from './data.tsx';
import { Factors } from './factors.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';
import { ACCOUNT_TEXTS } from './texts.ts';

/** What people do with their own account. What is being done stands in the URL. */
export default function Account() {
  const words = useTexts(ACCOUNT_TEXTS);
  return (
    <>
      <PageHead title={words.title} lead={useMe().email} />
      <Profile />
      <Factors />
      <Sessions />
      <Data />
    </>
  );
}
