import { inLanguages, useTexts } from '../../app/language.ts';
import { useMe } from '../../app/me.ts';
import { PageHead } from '../../ui/parts.tsx';
import { Data } from './data.tsx';
import { Factors } from './factors.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';

const TEXTS = inLanguages({ title: 'My account' }, { title: 'Mein Konto' });

/** What people do with their own account. What is being done stands in the URL. */
export default function Account() {
  const words = useTexts(TEXTS);
  const { email, role } = useMe();
  return (
    <>
      <PageHead title={words.title} lead={`${email} · ${role}`} />
      <Profile />
      <Factors />
      <Sessions />
      <Data />
    </>
  );
}
