export default function KeyScreen() {
  return null;
}
